// Who uses the Internet, and where. In: nothing. Out: countries with their people, the share of them who are online, and their largest cities.
// Population of 2024: World Bank, SP.POP.TOTL (CC BY 4.0). Share of people who used the Internet in 2022: ITU by way of the World Bank,
// IT.NET.USER.ZS, as Our World in Data gives it (CC BY 4.0). Cities with latitude, longitude and people: Natural Earth 1:50m populated places
// (public domain), the largest of a country, one for each 6 million users, 24 at most. Countries of more than 1.2 million users; HK, KP and TW
// are missing, for which that table has no share. The 146 here have 99.6 % of the users of the 194 in it.
import type { Place } from "../../src/steering/distance.ts";

export interface City extends Place {
  readonly name: string;
  readonly country: string;
  /** People who use the Internet: the country's, divided among its cities by their size. */
  readonly users: number;
}

/** A country a line: code, millions of people, percent online; then cities: latitude, longitude, hundreds of thousands of people. */
const table = `
CN 1409 76: Shanghai 31.2,121.4,149.9; Beijing 39.9,116.4,111.1; Guangzhou 23.1,113.3,88.3; Shenzhen 22.6,114.1,75.8; Wuhan 30.6,114.3,72.4; Tianjin
  39.1,117.2,71.8; Chongqing 29.6,106.6,64.6; Shenyeng 41.8,123.4,47.9; Dongguan 23,113.7,45.3; Chengdu 30.7,104.1,41.2; Xian 34.3,108.9,40.1; Nanjing
  32.1,118.8,36.8; Guiyang 26.6,106.7,36.6; Harbin 45.7,126.6,36.2; Changchun 43.9,125.3,31.8; Dalian 38.9,121.6,31.7; Zibo 36.8,118,30.6; Hangzhou
  30.2,120.2,30.1; Kunming 25.1,102.7,29.3; Taiyuan 37.9,112.5,29.1; Qingdao 36.1,120.3,28.7; Jinan 36.7,117,28; Zhengzhou 34.8,113.7,26.4; Fuzhou
  26.1,119.3,26.1
IN 1450.9 56: Mumbai 19,72.9,189.8; Delhi 28.7,77.2,159.3; Kolkata 22.5,88.3,147.9; Chennai 13.1,80.3,71.6; Bangalore 13,77.6,67.9; Hyderabad
  17.4,78.5,63.8; Ahmedabad 23,72.6,53.8; Pune 18.5,73.9,46.7; Surat 21.2,72.8,38.4; Kanpur 26.5,80.3,31.6; Jaipur 26.9,75.8,29.2; Lucknow
  26.9,80.9,26.9; Nagpur 21.2,79.1,24.5; Patna 25.6,85.1,21.6; Indore 22.7,75.9,20.3; Vadodara 22.3,73.2,17.6; Bhopal 23.2,77.4,17.3; Coimbatore
  11,77,17; Ludhiana 30.9,75.9,16.5; Agra 27.2,78,15.9; Vishakhapatnam 17.7,83.3,15.3; Kochi 10,76.2,15.2; Nasik 20,73.8,14.7; Meerut 29,77.7,14
US 340.1 92: New York 40.7,-74,190.4; Los Angeles 34,-118.2,125; Chicago 41.8,-87.8,89.9; Miami 25.8,-80.2,55.9; Philadelphia 40,-75.2,54.9; Dallas
  32.8,-96.8,48; Atlanta 33.8,-84.4,45.1; Boston 42.3,-71.1,44.7; Houston 29.8,-95.3,44.6; Washington 38.9,-77,43.4; Detroit 42.3,-83.1,41; Phoenix
  33.5,-112.1,35.5; San Francisco 37.7,-122.5,34.5; Seattle 47.6,-122.3,30.7; San Diego 32.8,-117.2,29.2; Minneapolis 45,-93.3,26.2; Tampa
  27.9,-82.5,23.1; Denver 39.7,-105,23.1; Baltimore 39.3,-76.6,22.6; St. Louis 38.6,-90.2,22; Cleveland 41.5,-81.7,18.9; Portland 45.5,-122.7,18.8;
  Pittsburgh 40.4,-80,18.4; Las Vegas 36.2,-115.2,18.2
ID 283.5 66: Jakarta -6.2,106.8,91.2; Surabaya -7.2,112.8,28.4; Bandung -7,107.6,23.9; Medan 3.6,98.7,21.1; Palembang -3,104.8,17.5; Semarang
  -7,110.4,14; Ujungpandang -5.1,119.4,12.6; Bandar Lampung -5.4,105.3,8.7; Padang -1,100.4,8.6; Malang -8,112.6,8.1; Bandjarmasin -3.3,114.6,6;
  Surakarta -7.6,110.8,5.6; Banda Aceh 5.5,95.3,5.1; Balikpapan -1.3,116.8,4.5; Gorontalo 0.5,123.1,3.7; Ambon -3.7,128.2,3.6; Kupang -10.2,123.6,2.8;
  Tarakan 3.3,117.6,1.9; Ternate 0.8,127.4,1.9; Jayapura -2.5,140.7,1.7; Raba -8.4,118.8,1.1; Parepare -4,119.6,0.9; Tanjungpandan -2.8,107.7,0.6
BR 212 81: Sao Paulo -23.6,-46.6,188.4; Rio de Janeiro -22.9,-43.2,117.5; Belo Horizonte -19.9,-43.9,55.8; Porto Alegre -30.1,-51.2,39.2; Brasilia
  -15.8,-47.9,37.2; Recife -8.1,-34.9,36.5; Fortaleza -3.8,-38.6,36; Salvador -13,-38.5,34.8; Curitiba -25.4,-49.3,30.8; Campinas -22.9,-47.1,27.9;
  Belem -1.5,-48.5,21.7; Goiania -16.7,-49.3,20.2; Manaus -3.1,-60,17.5; Vila Velha -20.4,-40.3,12.1; Maceio -9.6,-35.7,11.9; Natal -5.8,-35.2,10.9;
  Sao Luis -2.5,-44.3,10.4; Florianopolis -27.6,-48.5,10.2; Teresina -5.1,-42.8,9.1; Cuiaba -15.6,-56.1,8.1; Campo Grande -20.5,-54.6,7.8; Uberlandia
  -18.9,-48.3,5.6; Sorocaba -23.5,-47.5,5.6; Ribeirao Preto -21.2,-47.8,5.5
RU 143.5 90: Moscow 55.8,37.6,104.5; St. Petersburg 59.9,30.3,45.5; Novosibirsk 55,83,13.9; Yekaterinburg 56.9,60.6,13.1; Nizhny Novgorod
  56.3,44,12.8; Samara 53.2,50.2,11.4; Omsk 55,73.4,11.3; Kazan 55.7,49.1,11.2; Chelyabinsk 55.2,61.4,10.9; Rostov 47.2,39.7,10.5; Ufa 54.8,56,10.2;
  Perm 58,56.2,10; Volgograd 48.7,44.5,9.8; Krasnoyarsk 56,92.9,9.2; Voronezh 51.7,39.3,8.4; Saratov 51.6,46,8.4; Krasnodar 45,39,6.5; Ulyanovsk
  54.3,48.4,6.4; Yaroslavl 57.6,39.9,6.1; Barnaul 53.4,83.7,6; Vladivostok 43.1,131.9,5.9; Irkutsk 52.3,104.2,5.9
JP 124 85: Tokyo 35.7,139.8,356.8; Osaka 34.8,135.5,112.9; Nagoya 35.2,136.9,32.3; Fukuoka 33.6,130.4,27.9; Sapporo 43.1,141.3,25.4; Sendai
  38.3,141,22.5; Hiroshima 34.4,132.4,20.4; Kyoto 35,135.7,18.1; Naha 26.2,127.7,9.1; Nagano 36.6,138.2,5.9; Matsuyama 33.8,132.8,5.3; Nagasaki
  32.8,129.9,4.4; Gifu 35.4,136.8,4.1; Kochi 33.6,133.5,3.4; Miyazaki 31.9,131.4,3.2; Hakodate 41.8,140.7,3; Kushiro 43,144.4,2; Sakata 38.9,139.9,1
MX 130.9 79: Mexico City 19.4,-99.1,190.3; Guadalajara 20.7,-103.3,42; Monterrey 25.7,-100.3,37.1; Puebla 19,-98.2,21.9; Tijuana 32.5,-117.1,15.5;
  Leon 21.1,-101.7,14.9; Torreon 25.6,-103.4,11.4; San Luis Potosi 22.2,-101,9.9; Merida 21,-89.6,9.7; Mexicali 32.6,-115.5,8.8; Tampico
  22.3,-97.9,8.6; Culiacan 24.8,-107.4,8.1; Chihuahua 28.6,-106.1,7.9; Acapulco 16.8,-99.9,7.2; Hermosillo 29.1,-111,6; Veracruz 19.2,-96.2,5.8;
  Cancun 21.2,-86.8,5.4
NG 232.7 38: Lagos 6.4,3.4,94.7; Kano 12,8.5,31.4; Ibadan 7.4,3.9,26.3; Abuja 9.1,7.5,15.8; Kaduna 10.5,7.4,14.4; Benin City 6.3,5.6,11.9; Port
  Harcourt 4.8,7,10.2; Ogbomosho 8.1,4.2,9.5; Maiduguri 11.8,13.2,9; Warri 5.5,5.8,8.3; Sokoto 13.1,5.2,7.3; Enugu 6.5,7.5,6.9; Makurdi 7.7,8.5,2.9
PH 115.8 75: Manila 14.6,121,111; Davao 7.1,125.6,14; General Santos 6.1,125.2,9.5; Cebu 10.3,123.9,8.2; Zamboanga 6.9,122.1,7.7; Baguio City
  16.4,120.6,4.5; Iloilo 10.7,122.5,3.9; Laoag 18.2,120.6,2.1
EG 116.5 72: Cairo 30,31.2,118.9; Alexandria 31.2,29.9,41.6; Bur Said 31.3,32.3,6.2; Luxor 25.7,32.7,6.1; Suez 30,32.5,5.1; Asyut 27.2,31.2,4.2; El
  Faiyum 29.3,30.8,3.2; Aswan 24.1,32.9,3.1
VN 101 79: Ho Chi Minh City 10.8,106.7,53.1; Hanoi 21,105.9,43.8; Haiphong 20.8,106.7,19.7; Da Nang 16.1,108.2,10
DE 83.5 92: Berlin 52.5,13.4,34.1; Frankfurt 50.1,8.7,28.9; Hamburg 53.6,10,17.6; Munich 48.1,11.6,12.8; Dresden 51,13.8,6.2
IR 91.6 79: Tehran 35.7,51.4,78.7; Mashhad 36.3,59.6,24.7; Isfahan 32.7,51.7,16.3; Tabriz 38.1,46.3,14.1; Shiraz 29.6,52.6,12.4; Ahvaz 31.3,48.7,10;
  Hamadan 34.8,48.5,5.3; Yazd 31.9,54.4,4.8; Bandar-e-Abbas 27.2,56.3,4.6
BD 173.6 42: Dhaka 23.7,90.4,128; Chittagong 22.3,91.8,45.3; Khulna 22.8,89.6,15.5; Rajshahi 24.4,88.6,8.1
TR 85.5 83: Istanbul 41.1,29,100.6; Ankara 39.9,32.9,37.2; Izmir 38.4,27.2,25.9; Bursa 40.2,29.1,14.9; Adana 37,35.3,12.9; Konya 37.9,32.5,9.2; Samsun
  41.3,36.3,6.1
GB 69.2 96: London 51.5,-0.1,85.7; Birmingham 52.5,-1.9,22.9; Manchester 53.5,-2.2,22.3; Glasgow 55.9,-4.3,11.6; Cardiff 51.5,-3.2,8.6; Edinburgh
  55.9,-3.2,5; Belfast 54.6,-6,4.5
TH 71.7 88: Bangkok 13.7,100.5,67; Chiang Mai 18.8,99,4; Nakhon Ratchasima 15,102.1,3.3; Surat Thani 9.2,99.3,1.6
PK 251.3 24: Karachi 24.9,67,121.3; Lahore 31.6,74.4,65.8; Multan 30.2,71.5,15.2; Gujranwala 32.2,74.2,15.1; Hyderabad 25.4,68.4,14.6; Peshawar
  34,71.5,13; Islamabad 33.7,73.2,7.8; Quetta 30.2,67,7.7; Larkana 27.6,68.2,3.6
FR 68.6 85: Paris 48.9,2.3,99; Lyon 45.8,4.8,14.2; Marseille 43.3,5.4,14; Lille 50.6,3.1,10.4; Toulouse 43.6,1.4,8.5; Bordeaux 44.9,-0.6,8; Rouen
  49.4,1.1,5.3; Strasbourg 48.6,7.8,4.4; Nantes 47.2,-1.6,4.4; Montpellier 43.6,3.9,3.3
KR 51.8 97: Seoul 37.6,127,98; Busan 35.1,129,34.8; Incheon 37.5,126.6,25.5; Daejeon 36.3,127.4,14.7; Gwangju 35.2,126.9,14.4
IT 59 85: Rome 41.9,12.5,33.4; Milan 45.5,9.2,29.4; Naples 40.8,14.2,22.5; Turin 45.1,7.7,16.5; Florence 43.8,11.3,15; Palermo 38.1,13.4,8.6; Catania
  37.5,15.1,6.7; Genoa 44.4,8.9,6.5
ZA 64 75: Johannesburg -26.2,28,34.4; Cape Town -33.9,18.4,32.1; Durban -29.9,31,27.3; Pretoria -25.7,28.2,13.4; Port Elizabeth -34,25.6,10.2;
  Bloemfontein -29.1,26.2,4.6; Welkom -28,26.7,4.3; East London -33,27.9,3.4
ES 48.8 94: Madrid 40.4,-3.7,55.7; Barcelona 41.4,2.2,49.2; Seville 37.4,-6,12.1; Bilbao 43.2,-2.9,8.8; Valencia 39.5,-0.4,8.1; Vigo 42.2,-8.7,3.8;
  Las Palmas 28.1,-15.4,3.8; Cordoba 37.9,-4.8,3.2
AR 45.7 88: Buenos Aires -34.6,-58.4,128; Cordoba -31.4,-64.2,14.5; Rosario -33,-60.7,12; Mendoza -32.9,-68.8,8.9; Tucuman -26.8,-65.2,8.3; Mar del
  Plata -38,-57.6,5.6; Salta -24.8,-65.4,5.1
CA 41.3 94: Toronto 43.7,-79.4,52.1; Montreal 45.5,-73.6,36.8; Vancouver 49.3,-123.1,23.1; Ottawa 45.4,-75.7,11.4; Calgary 51.1,-114.1,11.1; Edmonton
  53.6,-113.5,10.6
CO 52.9 73: Bogota 4.6,-74.1,77.7; Medellin 6.3,-75.6,33; Cali 3.4,-76.5,22.5; Barranquilla 11,-74.8,18; Cartagena 10.4,-75.5,8.9; Pasto 1.2,-77.3,3.8
IQ 46 79: Baghdad 33.3,44.4,50.5; Mosul 36.3,43.1,13.2; Basra 30.5,47.8,8.7; An Najaf 32,44.3,6.7; Kirkuk 35.5,44.4,6
SA 35.3 100: Riyadh 24.6,46.8,44.6; Jeddah 21.5,39.2,30.1; Makkah 21.4,39.8,13.8; Medina 24.5,39.6,10.1; Tabuk 28.4,36.6,5.5
DZ 46.8 75: Algiers 36.8,3.1,33.5; Oran 35.7,-0.6,8; Constantine 36.4,6.6,6.1; Annaba 36.9,7.8,5; Ghardaia 32.5,3.7,1.3; Tamanrasset 22.8,5.5,0.8
MY 35.6 97: George Town 5.4,100.3,25; Kuala Lumpur 3.2,101.7,14.5; Kuching 1.5,110.3,5.7; Putrajaya 2.9,101.7,0.7
MA 38.1 90: Casablanca 33.6,-7.6,31.8; Rabat 34,-6.8,17.1; Fez 34.1,-5,10; Marrakesh 31.6,-8,8.7; Oujda 34.7,-1.9,4.1; Safi 32.3,-9.2,3.5
CD 109.3 29: Kinshasa -4.3,15.3,78.4; Lubumbashi -11.7,27.5,13.5; Mbuji-Mayi -6.2,23.6,12.9; Kananga -5.9,22.4,7.7; Kikwit -5,18.9,6.4
PL 36.6 87: Warsaw 52.3,21,17.1; Krakow 50.1,20,7.6; Gdansk 54.4,18.6,7.4
MM 54.5 58: Rangoon 16.8,96.2,40.9; Mandalay 22,96.1,13; Naypyidaw 19.8,96.1,9.3; Sittwe 20.1,92.9,1.8
UA 37.9 83: Kiev 50.4,30.5,27.1; Kharkiv 50,36.3,14.6; Dnipro 48.5,35,10.5; Odessa 46.5,30.7,9.9; Donetsk 48,37.8,9.9
UZ 36.4 84: Tashkent 41.3,69.3,21.8; Samarqand 39.7,66.9,7.1; Andijon 40.8,72.3,6.5; Bukhara 39.8,64.4,3.2; Nukus 42.5,59.6,2.3
AU 27.2 97: Sydney -33.9,151.2,46.3; Melbourne -37.8,145,41.7; Brisbane -27.5,153,18.6; Perth -32,115.8,15.3
PE 34.2 75: Lima -12,-77.1,80.1; Arequipa -16.4,-71.5,8.2; Trujillo -8.1,-79,7.7; Iquitos -3.8,-73.3,4.6
GH 34.4 69: Accra 5.6,-0.2,21.2
ET 132.1 17: Addis Ababa 9,38.7,31; Dire Dawa 9.6,41.9,2.5; Bahir Dar 11.6,37.4,2.1; Gonder 12.6,37.5,1.6
KE 56.4 35: Nairobi -1.3,36.8,30.1; Mombasa -4,39.7,8.8; Eldoret 0.5,35.3,3.5
KZ 20.6 92: Almaty 43.3,76.9,12.1; Shymkent 42.3,69.6,4.7; Qaraghandy 49.9,73.1,4.5
CL 19.8 94: Santiago -33.5,-70.7,57.2; Concepcion -36.8,-73.1,8.9; Valparaiso -33,-71.6,8.5
VE 28.4 62: Caracas 10.5,-66.9,29.9; Maracaibo 10.7,-71.7,20.7; Valencia 10.2,-68,17.7
NL 18 93: The Hague 52.1,4.3,14.1; Amsterdam 52.3,4.9,10.3
RO 19.1 86: Bucharest 44.4,26.1,19.4; Iasi 47.2,27.6,3.3; Constanta 44.2,28.6,3
NP 29.7 54: Kathmandu 27.7,85.3,8.9
AO 37.9 42: Luanda -8.8,13.2,51.7; Huambo -12.7,15.8,11; Benguela -12.6,13.4,1.5
TZ 68.6 22: Dar es Salaam -6.8,39.3,29.3; Mwanza -2.5,32.9,4.9; Zanzibar -6.2,39.2,4
SD 50.4 26: Khartoum 15.6,32.5,47.5; Omdurman 15.6,32.5,24
EC 18.1 70: Guayaquil -2.2,-79.9,25.1; Quito -0.2,-78.5,17
CI 31.9 38: Abidjan 5.3,-4,38; Bouake 7.7,-5,5.7
CM 29.1 42: Douala 4.1,9.7,19.1; Yaounde 3.9,11.5,16.1
BE 11.9 94: Brussels 50.8,4.3,17.4
AE 11 100: Dubai 25.2,55.3,13.8; Abu Dhabi 24.5,54.4,6
SN 18.5 59: Dakar 14.7,-17.5,26; Kaolack 14.1,-16.1,2.8
LK 21.9 48: Colombo 6.9,79.9,2.2; Sri Jawewardenepura Kotte 6.9,79.9,1.2
KH 17.6 60: Phnom Penh 11.6,104.9,14.7; Battambang 13.1,103.2,1.5
JO 11.6 90: Amman 32,35.9,10.6
GT 18.4 55: Guatemala 14.6,-90.5,10.2; Quetzaltenango 14.8,-91.5,5.8
SE 10.6 95: Stockholm 59.4,18.1,12.6; Malmo 55.6,13,2.7
DO 11.4 82: Santo Domingo 18.5,-69.9,21.5; Santiago 19.5,-70.7,15.5
CZ 10.9 85: Prague 50.1,14.5,11.6
IL 10 92: Tel Aviv-Yafo 32.1,34.8,31.1; Jerusalem 31.8,35.2,10.3
PT 10.7 84: Lisbon 38.7,-9.1,28.1; Funchal 32.6,-16.9,2
AZ 10.2 88: Baku 40.4,49.9,21.2
CH 9 96: Geneva 46.2,6.1,12.4
TN 12.3 71: Tunis 36.8,10.2,24.1
GR 10.4 83: Athens 38,23.7,32.4
AT 9.2 94: Vienna 48.2,16.4,24
SY 24.7 35: Aleppo 36.2,37.2,27.4
HU 9.6 89: Budapest 47.5,19.1,16.8
ML 24.5 34: Bamako 12.7,-8,14.9
BO 12.4 67: Santa Cruz -17.8,-63.2,21
BY 9.1 90: Minsk 53.9,27.6,18.1
CU 11 68: Havana 23.1,-82.4,21.7
AF 42.6 17: Kabul 34.5,69.2,32.8
LY 7.4 89: Tripoli 32.9,13.2,21.9
MZ 34.6 19: Maputo -26,32.6,14.5
ZW 16.6 38: Harare -17.8,31,15.7
NE 27 23: Niamey 13.5,2.1,9.2
HN 10.8 56: Tegucigalpa 14.1,-87.2,9.5
KG 7.2 83: Bishkek 42.9,74.6,8.4
MG 32 19: Antananarivo -18.9,47.5,17
DK 6 98: Kobenhavn 55.7,12.6,10.8
SG 6 96: Singapore 1.3,103.9,51.8
TJ 10.6 53: Dushanbe 38.6,68.8,10.9
YE 40.6 14: Sanaa 15.4,44.2,20.1
UG 50 11: Kampala 0.3,32.6,14.2
NO 5.6 99: Oslo 59.9,10.7,8.3
RS 6.6 84: Belgrade 44.8,20.5,11
PY 6.9 76: Asuncion -25.3,-57.6,18.7
SO 19 28: Mogadishu 2.1,45.4,11
FI 5.6 93: Helsinki 60.2,24.9,11.2
IE 5.4 97: Dublin 53.3,-6.2,10.6
BG 6.4 79: Sofia 42.7,23.3,11.8
NZ 5.3 96: Auckland -36.8,174.8,13.8
OM 5.3 95: Muscat 23.6,58.6,7.3
KW 4.9 100: Kuwait 29.4,48,20.6
LA 7.8 63: Vientiane 18,102.6,7.5
SK 5.4 89: Bratislava 48.2,17.1,4.2
LB 5.8 83: Beirut 33.9,35.5,18.5
PS 5.3 89: Gaza 31.5,34.4,5.1
HT 11.8 39: Port-au-Prince 18.5,-72.3,20
RW 14.3 31: Kigali -2,30.1,8.6
BJ 14.5 30: Cotonou 6.4,2.5,7.6
CR 5.1 83: San Jose 9.9,-84.1,12.8
SV 6.3 66: San Salvador 13.7,-89.2,14.3
MW 21.7 17: Lilongwe -14,33.8,6.5
GN 14.8 25: Conakry 9.5,-13.7,14.9
PA 4.5 78: Panama City 9,-79.5,12.8
BF 23.5 15: Ouagadougou 12.4,-1.5,11.5
NI 6.9 49: Managua 12.2,-86.3,9.2
TG 9.5 36: Lome 6.1,1.2,14.5
ZM 21.3 15: Lusaka -15.4,28.3,13.3
HR 3.9 82: Zagreb 45.8,16,7.2
UY 3.4 90: Montevideo -34.9,-56.2,15.1
GE 3.7 79: Tbilisi 41.7,44.8,11
MN 3.5 82: Ulaanbaatar 47.9,106.9,8.8
QA 2.9 100: Doha 25.3,51.5,14.5
PR 3.2 87: San Juan 18.4,-66.1,24.8
TD 20.3 12: Ndjamena 12.1,15,9.9
LT 2.9 88: Vilnius 54.7,25.3,5.4
PG 10.6 24: Port Moresby -9.5,147.2,2.8
BA 3.2 79: Sarajevo 43.9,18.4,7
CG 6.3 37: Brazzaville -4.3,15.3,13.6
JM 2.8 82: Kingston 18,-76.8,9.4
AM 3 77: Yerevan 40.2,44.5,11
BW 2.5 80: Gaborone -24.6,25.9,2.1
AL 2.4 83: Tirana 41.3,19.8,9
SI 2.1 89: Ljubljana 46.1,14.5,3.1
NA 3 61: Windhoek -22.6,17.1,2.7
MD 2.4 77: Chisinau 47,28.9,6.9
GA 2.5 71: Libreville 0.4,9.5,5.8
MR 5.2 34: Nouakchott 18.1,-16,7.4
LV 1.9 91: Riga 57,24.1,7.4
SL 8.6 19: Freetown 8.5,-13.2,8.3
TM 7.5 21: Ashgabat 37.9,58.4,7.3
BH 1.6 100: Manama 26.2,50.6,5.6
MK 1.8 85: Skopje 42,21.4,4.9
BI 14 11: Bujumbura -3.4,29.4,3.3
EE 1.4 92: Tallinn 59.4,24.7,3.9
LR 5.6 22: Monrovia 6.3,-10.8,10.4
CY 1.4 90: Nicosia 35.2,33.4,2.2
GM 2.8 44: Banjul 13.5,-16.6,0.4
`;

/** All cities, those of the country with the most users first. */
export const cities: readonly City[] = table
  .trim()
  .split(/\n(?! )/)
  .flatMap(readCountry);

export const usersOfAll: number = cities.reduce((sum, { users }) => sum + users, 0);

function readCountry(text: string): readonly City[] {
  const [head = "", list = ""] = text.replace(/\s+/g, " ").split(": ");
  const [country = "", millions, percent] = head.split(" ");
  const users = (Number(millions) * 1e6 * Number(percent)) / 100;
  const read = list.split("; ").map((city) => {
    const at = city.lastIndexOf(" ");
    const [latitude = 0, longitude = 0, people = 0] = city
      .slice(at + 1)
      .split(",")
      .map(Number);
    return { name: city.slice(0, at), latitude, longitude, people };
  });
  const people = read.reduce((sum, city) => sum + city.people, 0);
  return read.map(({ name, latitude, longitude, people: own }) => ({
    ...{ name, country, latitude, longitude },
    users: (users * own) / people,
  }));
}
